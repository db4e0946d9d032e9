@NullMarked
package io.autopilot.mysql.adapter.mysql;

import org.jspecify.annotations.NullMarked;
