@NullMarked
package io.autopilot.mysql.core;

import org.jspecify.annotations.NullMarked;
