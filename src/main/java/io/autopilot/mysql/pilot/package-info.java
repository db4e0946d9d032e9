@NullMarked
package io.autopilot.mysql.pilot;

import org.jspecify.annotations.NullMarked;
