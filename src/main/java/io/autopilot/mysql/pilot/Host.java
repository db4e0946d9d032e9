package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The machine as services are advertised with it: its name and its IPv4 addresses, ordered by interface and address. */
public record Host(String name, List<Nic> addresses) {
    private static final List<String> DEFAULT = List.of("eth0:inet", "inet");
    private static final Pattern NAMED = Pattern.compile("(\\w+)(?::inet)?");

    public Host {
        addresses = List.copyOf(addresses);
    }

    /** An IPv4 address of an interface. */
    public record Nic(String name, InetAddress address) {}

    /** This machine. */
    public static Host local() throws IOException {
        return new Host(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip(), addressesOf());
    }

    private static List<Nic> addressesOf() throws SocketException {
        List<Nic> found = new ArrayList<>();
        for (NetworkInterface nic : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(nic.getInetAddresses())) {
                if (address instanceof Inet4Address) {
                    found.add(new Nic(nic.getName(), address));
                }
            }
        }
        found.sort(Comparator.comparing(Nic::name).thenComparing(nic -> nic.address().getAddress(), java.util.Arrays::compareUnsigned));
        return found;
    }

    /** Whether this form of an interface is understood: {@code inet}, {@code NAME}, {@code NAME:inet}, {@code static:IP}. */
    static boolean understands(String interfaceForm) {
        return interfaceForm.startsWith("static:") || (NAMED.matcher(interfaceForm).matches() && !interfaceForm.equals("inet6"));
    }

    /** The first address that one of the forms matches, in the order of the forms; the default forms when none is given. */
    Optional<String> address(List<String> interfaceForms) {
        for (String form : interfaceForms.isEmpty() ? DEFAULT : interfaceForms) {
            if (form.startsWith("static:")) {
                return Optional.of(form.substring("static:".length()));
            }
            Matcher named = NAMED.matcher(form);
            Optional<Nic> match = addresses.stream()
                    .filter(nic -> form.equals("inet")
                            ? !nic.address().isLoopbackAddress()
                            : named.matches() && nic.name().equals(named.group(1)))
                    .findFirst();
            if (match.isPresent()) {
                return match.map(nic -> nic.address().getHostAddress());
            }
        }
        return Optional.empty();
    }
}
