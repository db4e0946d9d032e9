package io.autopilot.mysql.cli;

import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.hook.Health;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import java.util.Optional;

/** A program that wires what hooks are made of, by its environment; with an argument it asks the store something, too. */
final class StoreWiring {
    private StoreWiring() {}

    public static void main(String[] args) {
        switch (SettingsReader.read(System.getenv(), Optional.empty())) {
            case SettingsReader.Result.Invalid invalid -> throw new IllegalStateException(invalid.toString());
            case SettingsReader.Result.Valid valid -> {
                Wiring wiring = new Wiring(valid.settings());
                Node node = wiring.node();
                Ports ports = wiring.ports();
                System.out.println("wired " + new Health(node, ports).getClass().getName());
                System.out.println("wired " + wiring.snapshots(node, ports, MysqlVersion.parse("9.7.0")).getClass().getName());
                System.out.println("wired " + wiring.evidence().getClass().getName());
                if (args.length > 0) {
                    System.out.println("place " + wiring.store().place());
                }
            }
        }
    }
}
