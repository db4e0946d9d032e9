package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.StoreException;

/** What objects and places may be called: plain names, which lead nowhere else. Those that begin with a dot are the stores' own. */
final class ObjectNames {
    private ObjectNames() {}

    /**
     * The name, if it is one.
     *
     * @throws StoreException when it is none
     */
    static String checked(String name) {
        if (name.isEmpty() || isOwn(name) || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            throw new StoreException("'" + name + "' is no object's name", null);
        }
        return name;
    }

    static boolean isOwn(String name) {
        return name.startsWith(".");
    }
}
