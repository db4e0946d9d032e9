@NullMarked
package io.autopilot.mysql.adapter.process;

import org.jspecify.annotations.NullMarked;
