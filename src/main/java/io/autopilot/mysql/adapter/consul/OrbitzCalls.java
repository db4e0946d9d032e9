package io.autopilot.mysql.adapter.consul;

import com.orbitz.consul.model.State;
import com.orbitz.consul.model.agent.ImmutableRegCheck;
import com.orbitz.consul.model.agent.ImmutableRegistration;
import com.orbitz.consul.model.health.HealthCheck;
import com.orbitz.consul.model.health.ServiceHealth;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.option.ConsistencyMode;
import com.orbitz.consul.option.ImmutableQueryOptions;
import com.orbitz.consul.option.QueryOptions;
import io.autopilot.mysql.adapter.tls.Trust;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Consul.ServiceSpec;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SessionGoneException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The calls of {@link HttpConsul} that go through Orbitz's client. Thread-safe. */
final class OrbitzCalls {
    private static final QueryOptions CONSISTENT =
            ImmutableQueryOptions.builder().consistencyMode(ConsistencyMode.CONSISTENT).build();

    private final ClientFactory clients;
    private final ConsulTarget target;

    OrbitzCalls(ConsulTarget target, Optional<Trust> trust) {
        this.target = target;
        this.clients = new ClientFactory(target, trust);
    }

    List<KvEntry> list(String prefix, Deadline deadline) {
        return calling("list " + prefix, () -> client(deadline).keyValueClient().getValues(prefix, CONSISTENT).stream()
                .map(OrbitzCalls::entry)
                .sorted(Comparator.comparing(KvEntry::key))
                .toList());
    }

    private static KvEntry entry(Value value) {
        return new KvEntry(
                value.getKey(),
                value.getValueAsString(StandardCharsets.UTF_8).orElse(""),
                value.getModifyIndex(),
                value.getSession());
    }

    void destroySession(String session, Deadline deadline) {
        calling("end the session", () -> {
            client(deadline).sessionClient().destroySession(session);
            return true;
        });
    }

    void register(ServiceSpec service, Deadline deadline) {
        ImmutableRegCheck.Builder check = ImmutableRegCheck.builder()
                .id(service.checkId())
                .ttl(text(service.ttl()))
                .status(state(service.initial()).getName());
        service.deregisterAfter().ifPresent(after -> check.deregisterCriticalServiceAfter(text(after)));
        ImmutableRegistration registration = ImmutableRegistration.builder()
                .id(service.id())
                .name(service.name())
                .address(service.address())
                .port(service.port())
                .tags(service.tags())
                .check(check.build())
                .build();
        calling("register " + service.id(), () -> {
            client(deadline).agentClient().register(registration);
            return true;
        });
    }

    void deregister(String serviceId, Deadline deadline) {
        calling("deregister " + serviceId, () -> {
            try {
                client(deadline).agentClient().deregister(serviceId);
            } catch (com.orbitz.consul.ConsulException e) {
                // 1.8 answers an unknown id with 200, later versions with 404: the state that was asked for is there.
                if (e.getCode() != 404) {
                    throw e;
                }
            }
            return true;
        });
    }

    List<ServiceInstance> instances(String service, Deadline deadline) {
        return calling("instances of " + service, () -> client(deadline).healthClient()
                .getAllServiceInstances(service, CONSISTENT)
                .getResponse()
                .stream()
                .map(OrbitzCalls::instance)
                .sorted(Comparator.comparing(ServiceInstance::id))
                .toList());
    }

    private static ServiceInstance instance(ServiceHealth health) {
        List<HealthCheck> checks = health.getChecks();
        CheckStatus worst = checks.stream()
                .map(check -> status(check.getStatus()))
                .max(Comparator.naturalOrder())
                .orElse(CheckStatus.PASSING);
        String output = checks.stream()
                .filter(check -> check.getServiceId().filter(id -> !id.isEmpty()).isPresent())
                .map(check -> check.getOutput().orElse(""))
                .findFirst()
                .orElse("");
        String address = health.getService().getAddress();
        return new ServiceInstance(
                health.getService().getId(),
                health.getService().getService(),
                health.getNode().getNode(),
                address.isEmpty() ? health.getNode().getAddress() : address,
                health.getService().getPort(),
                health.getService().getTags(),
                worst,
                output);
    }

    private com.orbitz.consul.Consul client(Deadline deadline) {
        return clients.client(deadline);
    }

    private <T> T calling(String what, Supplier<T> call) {
        Cancellation.check();
        try {
            return call.get();
        } catch (com.orbitz.consul.ConsulException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = "Consul at " + target.url() + ", " + what + ": " + cause.getMessage();
            if (String.valueOf(e.getMessage()).contains(HttpConsul.INVALID_SESSION)) {
                throw new SessionGoneException(message, e);
            }
            throw new ConsulException(message, e);
        }
    }

    static State state(CheckStatus status) {
        return switch (status) {
            case PASSING -> State.PASS;
            case WARNING -> State.WARN;
            case CRITICAL -> State.FAIL;
        };
    }

    private static CheckStatus status(String name) {
        return switch (name) {
            case "passing" -> CheckStatus.PASSING;
            case "warning" -> CheckStatus.WARNING;
            default -> CheckStatus.CRITICAL;
        };
    }

    static String text(Duration duration) {
        return duration.toMillis() + "ms";
    }
}
