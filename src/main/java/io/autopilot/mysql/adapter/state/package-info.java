@NullMarked
package io.autopilot.mysql.adapter.state;

import org.jspecify.annotations.NullMarked;
