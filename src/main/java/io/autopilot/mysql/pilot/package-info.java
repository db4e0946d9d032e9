/**
 * The built-in supervisor: runs a container's life as {@code containerpilot.json5} describes it, the subset of ContainerPilot 3
 * in docs/supervisor.md. It knows nothing of MySQL and of the rest of this program.
 *
 * <p>{@link io.autopilot.mysql.pilot.Template} and {@link io.autopilot.mysql.pilot.LifeReader} turn the file into a
 * {@link io.autopilot.mysql.pilot.Life}; {@link io.autopilot.mysql.pilot.Supervisor} lives it.
 */
@NullMarked
package io.autopilot.mysql.pilot;

import org.jspecify.annotations.NullMarked;
