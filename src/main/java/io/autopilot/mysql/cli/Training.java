package io.autopilot.mysql.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * The program whose run the build of the image records into the AOT cache: the JVM records one run, and each hook is a run of its own. Runs
 * the commands that it reads from stdin, one a line, and answers each with its exit code on stdout. No part of the command line.
 */
final class Training {
    private static final String OWN = "io/autopilot/mysql/";
    private static final String CLASS = ".class";

    private Training() {}

    /** The one argument is the jar that this is run from. */
    public static void main(String[] args) throws IOException, ClassNotFoundException {
        PrintWriter log = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        loadOwnClasses(args[0]);
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                System.out.println(Manage.run(System.getenv(), log, log, line.split(" ", -1)));
            }
        }
    }

    /** What no cluster of one node ever does, such as an election, is in the cache all the same. */
    private static void loadOwnClasses(String jar) throws IOException, ClassNotFoundException {
        try (JarFile file = new JarFile(jar)) {
            for (String name : file.stream().map(ZipEntry::getName).toList()) {
                if (name.startsWith(OWN) && name.endsWith(CLASS) && !name.endsWith("package-info.class")) {
                    Class.forName(name.substring(0, name.length() - CLASS.length()).replace('/', '.'), false, Training.class.getClassLoader());
                }
            }
        }
    }
}
