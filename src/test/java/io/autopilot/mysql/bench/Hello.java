package io.autopilot.mysql.bench;

/** The floor of {@link HookBench}: copied into a container and run there. */
final class Hello {
    private Hello() {}

    public static void main(String[] args) {
        System.out.println("hello");
    }
}
