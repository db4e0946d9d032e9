package io.autopilot.mysql.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        try (InputStream in = Version.class.getResourceAsStream("/version.properties")) {
            if (in == null) {
                throw new IOException("no version.properties in this jar");
            }
            Properties properties = new Properties();
            properties.load(in);
            return new String[] {"manage " + properties.getProperty("version")};
        }
    }
}
