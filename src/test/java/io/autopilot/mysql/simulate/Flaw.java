package io.autopilot.mysql.simulate;

import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.simulate.Calls.Arrival;
import java.lang.reflect.Method;

/** What a guard that is missing would make of a call: for tests of the simulation itself. */
interface Flaw {
    Flaw NONE = new Flaw() {};

    /** Of a call that arrives at a server. */
    default Object onServer(
            Simulation simulation, Connection connection, Mysql session, Method method, Object[] arguments, Arrival real)
            throws Throwable {
        return real.happen();
    }

    /** Of a call of that node that arrives at Consul. */
    default Object onConsul(Simulation simulation, SimNode caller, Consul consul, Method method, Object[] arguments, Arrival real)
            throws Throwable {
        return real.happen();
    }
}
