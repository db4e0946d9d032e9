@NullMarked
package io.autopilot.mysql.adapter.consul;

import org.jspecify.annotations.NullMarked;
