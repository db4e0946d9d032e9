package io.autopilot.mysql.adapter.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Sockets with a send buffer of a fixed size. By itself the kernel lets it grow to many megabytes: a part would be gone into it at once, and a
 * server that takes no more would only be noticed when the whole part had its time.
 */
final class SendBuffers extends SocketFactory {
    static final int BYTES = 512 << 10;

    private final SocketFactory plain = SocketFactory.getDefault();

    private static Socket sized(Socket socket) throws IOException {
        socket.setSendBufferSize(BYTES);
        return socket;
    }

    @Override
    public Socket createSocket() throws IOException {
        return sized(plain.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return sized(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return sized(plain.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return sized(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) throws IOException {
        return sized(plain.createSocket(address, port, localAddress, localPort));
    }
}
