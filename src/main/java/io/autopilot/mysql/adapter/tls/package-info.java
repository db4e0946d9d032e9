@NullMarked
package io.autopilot.mysql.adapter.tls;

import org.jspecify.annotations.NullMarked;
