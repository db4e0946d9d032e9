package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Manta store on a stand-in for one. */
class MantaStoreTest extends SnapshotStoreContract {
    @TempDir
    Path directory;

    private MantaStandIn manta;

    @BeforeEach
    void start() throws IOException {
        manta = MantaStandIn.start();
    }

    @AfterEach
    void stop() {
        manta.close();
    }

    @Override
    SnapshotStore store(String service) {
        return of(manta.settings(manta.url(), MantaStandIn.ROOT + "/snap shots"), service);
    }

    private static SnapshotStore of(StoreSettings.Manta settings, String service) {
        return RemoteStore.of(settings, service, Clock.systemUTC());
    }

    private StoreSettings.Manta with(String url, Optional<String> subuser, Optional<String> roles, MantaKey key) {
        return new StoreSettings.Manta(
                url,
                MantaStandIn.ACCOUNT,
                subuser,
                roles,
                key.id(),
                new Secret(key.pem()),
                MantaStandIn.ROOT,
                Optional.empty(),
                false);
    }

    private static StoreException refused(StoreSettings.Manta settings, String... words) {
        StoreException refused = assertThrows(StoreException.class, () -> of(settings, "one").check(soon()));
        for (String word : words) {
            assertTrue(String.valueOf(refused.getMessage()).contains(word), refused::getMessage);
        }
        assertFalse(String.valueOf(refused.getMessage()).contains("PRIVATE KEY"), refused::getMessage);
        return refused;
    }

    @Test
    void aKeyThatTheAccountDoesNotHaveIsRefusedForGood() {
        StoreException refused = refused(
                with(manta.url(), Optional.empty(), Optional.empty(), MantaKey.make()), manta.url(), "403 KeyDoesNotExist", "MANTA_KEY_ID");
        assertFalse(refused.isTransient());
    }

    @Test
    void aSignatureByAnotherKeyIsRefused() {
        MantaKey other = MantaKey.make();
        manta.addKey(MantaStandIn.ACCOUNT, new MantaKey(manta.key().publicKey(), "", other.id()));
        refused(with(manta.url(), Optional.empty(), Optional.empty(), other), "403 InvalidSignature", "look at the private key");
    }

    @Test
    void aFingerprintOfAnotherKeyIsFoundBeforeAnythingIsSent() {
        MantaKey key = MantaKey.make();
        StoreException refused = assertThrows(
                StoreException.class,
                () -> of(with(manta.url(), Optional.empty(), Optional.empty(), new MantaKey(key.publicKey(), key.pem(), manta.key().id())), "one"));
        assertFalse(refused.isTransient());
        assertTrue(String.valueOf(refused.getMessage()).contains(key.id()), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("MANTA_KEY_ID"), refused::getMessage);
    }

    @Test
    void whatIsNoKeyIsSaid() {
        StoreException refused = assertThrows(
                StoreException.class,
                () -> of(
                        with(
                                manta.url(),
                                Optional.empty(),
                                Optional.empty(),
                                new MantaKey(
                                        manta.key().publicKey(),
                                        "-----BEGIN RSA PRIVATE KEY-----\nabcd\n-----END RSA PRIVATE KEY-----\n",
                                        manta.key().id())),
                        "one"));
        assertTrue(String.valueOf(refused.getMessage()).contains("MANTA_PRIVATE_KEY"), refused::getMessage);
    }

    @Test
    void aSubuserSignsInItsOwnNameAndTakesItsRoles() {
        MantaKey key = MantaKey.make();
        manta.addKey(MantaStandIn.ACCOUNT + "/backup", key);
        SnapshotStore store = of(with(manta.url(), Optional.of("backup"), Optional.of("writer,reader"), key), "one");
        store.check(soon());
        put(store, "object", "content");
        assertEquals(List.of("object"), store.list(soon()).stream().map(SnapshotStore.Stored::name).toList());
        assertEquals(Set.of("writer,reader"), Set.copyOf(manta.roles()));
        assertTrue(manta.roles().size() >= 7, () -> "it goes with every request: " + manta.roles());
        refused(with(manta.url(), Optional.empty(), Optional.empty(), key), "KeyDoesNotExist");
    }

    @Test
    void certificatesAreCheckedUnlessToldOtherwise() throws Exception {
        TestTls tls = TestTls.in(directory);
        try (MantaStandIn secure = MantaStandIn.start(tls)) {
            StoreSettings.Manta plain = secure.settings();
            StoreException untrusted = refused(plain, "isn't trusted", "MANTA_CACERT");
            assertFalse(untrusted.isTransient());
            for (boolean any : List.of(true, false)) {
                SnapshotStore store = of(
                        new StoreSettings.Manta(
                                plain.url(),
                                plain.account(),
                                Optional.empty(),
                                Optional.empty(),
                                plain.keyId(),
                                plain.privateKey(),
                                plain.directory(),
                                any ? Optional.empty() : Optional.of(tls.authority()),
                                any),
                        "one");
                store.check(soon());
                put(store, "object", "over HTTPS");
                assertEquals("over HTTPS", new String(store.get("object", 100, soon()).orElseThrow(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aFileOfAuthoritiesThatIsNoneIsSaid() throws IOException {
        StoreSettings.Manta plain = manta.settings();
        Path none = Files.writeString(directory.resolve("ca.pem"), "none");
        StoreException refused = assertThrows(
                StoreException.class,
                () -> of(
                        new StoreSettings.Manta(
                                plain.url(),
                                plain.account(),
                                Optional.empty(),
                                Optional.empty(),
                                plain.keyId(),
                                plain.privateKey(),
                                plain.directory(),
                                Optional.of(none),
                                false),
                        "one"));
        assertTrue(String.valueOf(refused.getMessage()).contains(none.toString()), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("MANTA_CACERT"), refused::getMessage);
    }

    @Test
    void theDirectoryOfAnotherAccountIsNotMade() {
        StoreException refused = refused(manta.settings(manta.url(), "/somebody/stor"), "404", "MANTA_BUCKET");
        assertFalse(refused.isTransient());
    }

    @Test
    void anObjectInPlaceOfTheDirectoryIsNamed() {
        put(of(manta.settings(), "snapshots"), "one", "content");
        refused(manta.settings(manta.url(), MantaStandIn.ROOT + "/snapshots"), "ParentNotDirectory", "/snapshots/one");
    }

    @Test
    void aPlaceIsNamedWithItsServerAndDirectory() {
        assertEquals(manta.url() + "/account/stor/snap shots/one/within/", store("one").within("within").place());
    }

    @Test
    void aProbeOfACheckThatWasKilledIsRemovedWhenItIsOldEnough() {
        MantaObjects objects = new MantaObjects(manta.settings(), Limits.USUAL);
        objects.create(MantaStandIn.ROOT + "/one/.probe-killed", new byte[1], soon());
        SnapshotStore now = RemoteStore.of(objects, MantaStandIn.ROOT + "/one/", Clock.systemUTC());
        assertEquals(List.of(), now.list(soon()));
        assertEquals(List.of(), now.removeUnfinished(soon()), "somebody may be at it");
        SnapshotStore later =
                RemoteStore.of(objects, MantaStandIn.ROOT + "/one/", Clock.offset(Clock.systemUTC(), Duration.ofHours(2)));
        assertEquals(List.of("probe-killed"), later.removeUnfinished(soon()));
    }

    @Test
    void moreObjectsThanOnePageHasAreListed() throws Exception {
        manta.fill(MantaStandIn.ROOT + "/one", 2050);
        SnapshotStore store = of(manta.settings(), "one");
        assertEquals(2050, store.list(soon()).stream().map(SnapshotStore.Stored::name).distinct().count());
    }
}
