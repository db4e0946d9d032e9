@NullMarked
package io.autopilot.mysql.hook;

import org.jspecify.annotations.NullMarked;
