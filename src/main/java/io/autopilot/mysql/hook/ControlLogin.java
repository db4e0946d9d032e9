package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The user that hooks connect as; every node derives its password from what all nodes share (design, Accounts). */
public final class ControlLogin {
    public static final String USER = SettingsReader.CONTROL_USER;
    private static final String ALGORITHM = "HmacSHA256";

    private ControlLogin() {}

    /** HMAC-SHA256 of the cluster's name under the replication password, in 43 characters of base64url. */
    public static Secret password(Settings settings) {
        try {
            byte[] key = settings.accounts().replication().password().reveal().getBytes(StandardCharsets.UTF_8);
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            byte[] digest = mac.doFinal(("control user of " + settings.serviceName()).getBytes(StandardCharsets.UTF_8));
            return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is part of every Java runtime", e);
        }
    }
}
