package io.autopilot.mysql.e2e;

/** What is tested: the images that {@code make images} makes, or of another name with {@code -Dimage=<name>:9.7}. */
public final class Images {
    private static final String LATEST = System.getProperty("image", "mysql-autopilot:9.7");

    private Images() {}

    public static String latest() {
        return LATEST;
    }

    /** How the built-in supervisor runs its hooks. */
    static String hooks() {
        return System.getProperty("hooks", "resident");
    }

    /** What runs the containers: an image with a ContainerPilot in it has both supervisors. */
    static String supervisor() {
        return System.getProperty("supervisor", "builtin");
    }

    /** A name for containers that is free, too, while the suite runs on images of another name. */
    static String project(String name) {
        String images = LATEST.substring(0, LATEST.lastIndexOf(':')).replaceAll("[^a-z0-9]", "");
        return images.equals("mysqlautopilot") ? name : images + "-" + name;
    }

    /** The image of the same name for another series. */
    public static String of(String series) {
        return LATEST.substring(0, LATEST.lastIndexOf(':') + 1) + series;
    }
}
