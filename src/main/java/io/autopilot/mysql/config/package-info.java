@NullMarked
package io.autopilot.mysql.config;

import org.jspecify.annotations.NullMarked;
