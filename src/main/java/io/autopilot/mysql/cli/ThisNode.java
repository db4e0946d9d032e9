package io.autopilot.mysql.cli;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.port.ConsulException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Who this container is: its host name, and the address at which the others reach it. Stateless. */
final class ThisNode {
    private static final String ADDRESS = "address";

    private ThisNode() {}

    static String name(Path proc) {
        Path file = proc.resolve("sys/kernel/hostname");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    /**
     * The address that {@link #determine} found last, while it is this machine's: a network that comes back may bring another one. Without a
     * network the last one stays, since the hooks must work all the same.
     */
    static InetAddress address(Settings settings, Path run) {
        Optional<InetAddress> last = remembered(run);
        if (last.isPresent() && (settings.nodeAddress().isPresent() || isOurs(last.get()))) {
            return last.get();
        }
        try {
            return remember(settings, run);
        } catch (ConsulException e) {
            return last.orElseThrow(() -> e);
        }
    }

    private static Optional<InetAddress> remembered(Path run) {
        Path file = run.resolve(ADDRESS);
        try {
            return Files.exists(file) ? Optional.of(InetAddress.ofLiteral(Files.readString(file).strip())) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            throw new UncheckedIOException("can't read this machine's network interfaces", e);
        }
    }

    /** Determines the address anew, and remembers it for the hooks of this container's life. */
    static InetAddress remember(Settings settings, Path run) {
        InetAddress address = determine(settings);
        try {
            Files.createDirectories(run);
            Path aside = Files.writeString(run.resolve(ADDRESS + ".new"), address.getHostAddress() + "\n");
            Files.move(aside, run.resolve(ADDRESS), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write the node's address in " + run, e);
        }
        return address;
    }

    /** The address given, or the one that packets to Consul leave from; on a node that is Consul's own host, the first one that isn't loopback. */
    private static InetAddress determine(Settings settings) {
        if (settings.nodeAddress().isPresent()) {
            return InetAddress.ofLiteral(settings.nodeAddress().get());
        }
        Settings.ConsulAccess consul = settings.consul();
        try (DatagramSocket socket = new DatagramSocket()) {
            // Connecting a datagram socket sends nothing: it asks the kernel for the route.
            socket.connect(new InetSocketAddress(InetAddress.getByName(consul.host()), consul.port()));
            InetAddress local = socket.getLocalAddress();
            return local.isLoopbackAddress() || local.isAnyLocalAddress() ? firstOfOurs() : local;
        } catch (UnknownHostException e) {
            throw new ConsulException("the host of Consul, " + consul.host() + ", has no address that can be found", e);
        } catch (IOException | UncheckedIOException e) {
            throw new ConsulException("no route to Consul at " + consul.host() + ": " + e.getMessage(), e);
        }
    }

    private static InetAddress firstOfOurs() throws SocketException {
        List<InetAddress> addresses = NetworkInterface.networkInterfaces()
                .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
                .flatMap(NetworkInterface::inetAddresses)
                .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                .sorted(Comparator.comparingInt(a -> a.getAddress().length))
                .toList();
        return addresses.isEmpty() ? InetAddress.getLoopbackAddress() : addresses.getFirst();
    }
}
