@NullMarked
package io.autopilot.mysql.adapter.disk;

import org.jspecify.annotations.NullMarked;
