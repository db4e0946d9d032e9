@NullMarked
package io.autopilot.mysql.adapter.time;

import org.jspecify.annotations.NullMarked;
