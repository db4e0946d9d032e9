@NullMarked
package io.autopilot.mysql.adapter.store;

import org.jspecify.annotations.NullMarked;
