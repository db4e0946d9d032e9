@NullMarked
package io.autopilot.mysql.adapter.engine;

import org.jspecify.annotations.NullMarked;
