@NullMarked
package io.autopilot.mysql.cli;

import org.jspecify.annotations.NullMarked;
