@NullMarked
package io.autopilot.mysql.port;

import org.jspecify.annotations.NullMarked;
