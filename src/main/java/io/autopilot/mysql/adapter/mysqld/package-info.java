/** The mysqld program and the volume it keeps its data on. */
@NullMarked
package io.autopilot.mysql.adapter.mysqld;

import org.jspecify.annotations.NullMarked;
