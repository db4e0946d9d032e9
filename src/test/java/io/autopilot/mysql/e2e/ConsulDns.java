package io.autopilot.mysql.e2e;

import java.util.Collections;
import java.util.Hashtable;
import java.util.Set;
import java.util.stream.Collectors;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/** Consul's DNS, asked as an application's resolver does; by UDP. */
record ConsulDns(int port) {
    /** The addresses of the passing instances. */
    Set<String> addresses(String service) {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, "dns://127.0.0.1:" + port);
        try {
            InitialDirContext dns = new InitialDirContext(environment);
            try {
                Attribute found = dns.getAttributes(service + ".service.consul", new String[] {"A"}).get("A");
                return found == null
                        ? Set.of()
                        : Collections.list(found.getAll()).stream().map(String::valueOf).collect(Collectors.toSet());
            } finally {
                dns.close();
            }
        } catch (NamingException e) {
            throw new IllegalStateException("Consul's DNS on port " + port + ", " + service, e);
        }
    }
}
