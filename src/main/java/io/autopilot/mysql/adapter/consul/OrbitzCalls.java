package io.autopilot.mysql.adapter.consul;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.orbitz.consul.NotRegisteredException;
import com.orbitz.consul.model.State;
import com.orbitz.consul.model.agent.ImmutableRegCheck;
import com.orbitz.consul.model.agent.ImmutableRegistration;
import com.orbitz.consul.model.health.HealthCheck;
import com.orbitz.consul.model.health.ServiceHealth;
import com.orbitz.consul.model.kv.Value;
import com.orbitz.consul.option.ConsistencyMode;
import com.orbitz.consul.option.ImmutablePutOptions;
import com.orbitz.consul.option.ImmutableQueryOptions;
import com.orbitz.consul.option.PutOptions;
import com.orbitz.consul.option.QueryOptions;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SessionGoneException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Consul through Orbitz's client, and by hand where that client falls short. Thread-safe. */
public final class OrbitzConsul implements Consul {
    private static final QueryOptions CONSISTENT =
            ImmutableQueryOptions.builder().consistencyMode(ConsistencyMode.CONSISTENT).build();
    private static final String INVALID_SESSION = "invalid session";

    private final ClientFactory clients;
    private final RawHttp raw;
    private final ConsulTarget target;

    public OrbitzConsul(ConsulTarget target) {
        this.target = target;
        this.clients = new ClientFactory(target);
        this.raw = new RawHttp(clients.http(), target);
    }

    @Override
    public Optional<KvEntry> get(String key, Deadline deadline) {
        return calling("read " + key, () -> client(deadline).keyValueClient().getValue(key, CONSISTENT).map(OrbitzConsul::entry));
    }

    @Override
    public List<KvEntry> list(String prefix, Deadline deadline) {
        return calling("list " + prefix, () -> client(deadline).keyValueClient().getValues(prefix, CONSISTENT).stream()
                .map(OrbitzConsul::entry)
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

    @Override
    public boolean cas(String key, String value, long modifyIndex, Deadline deadline) {
        return put("compare-and-set " + key, key, value, ImmutablePutOptions.builder().cas(modifyIndex).build(), deadline);
    }

    @Override
    public boolean deleteCas(String key, long modifyIndex, Deadline deadline) {
        return transact(List.of(new TxnOp.DeleteCas(key, modifyIndex)), deadline) instanceof TxnResult.Committed;
    }

    @Override
    public boolean acquire(String key, String value, String session, Deadline deadline) {
        return put("lock " + key, key, value, ImmutablePutOptions.builder().acquire(session).build(), deadline);
    }

    @Override
    public boolean release(String key, String value, String session, Deadline deadline) {
        return put("unlock " + key, key, value, ImmutablePutOptions.builder().release(session).build(), deadline);
    }

    private boolean put(String what, String key, String value, PutOptions options, Deadline deadline) {
        return calling(
                what,
                () -> client(deadline).keyValueClient().putValue(key, value, 0, options, StandardCharsets.UTF_8));
    }

    @Override
    public TxnResult transact(List<TxnOp> operations, Deadline deadline) {
        RawHttp.Answer answer = raw.put("/v1/txn", Transactions.write(operations), deadline);
        TxnResult result = Transactions.read(answer);
        if (result instanceof TxnResult.Refused refused
                && refused.reasons().stream().anyMatch(r -> r.contains(INVALID_SESSION))) {
            throw new SessionGoneException("Consul at " + target.url() + ": " + refused.reasons(), null);
        }
        return result;
    }

    @Override
    public String createSession(SessionSpec spec, Deadline deadline) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("Name", spec.name());
        body.put("TTL", text(spec.ttl()));
        body.put("LockDelay", text(spec.lockDelay()));
        body.put("Behavior", "release");
        ArrayNode nodeChecks = body.putArray("NodeChecks");
        if (spec.nodeCheck()) {
            nodeChecks.add("serfHealth");
        }
        ArrayNode serviceChecks = body.putArray("ServiceChecks");
        spec.serviceCheck().ifPresent(check -> serviceChecks.addObject().put("ID", check));
        RawHttp.Answer answer = raw.put("/v1/session/create", body.toString(), deadline);
        if (answer.status() != 200) {
            throw new ConsulException(
                    "Consul at " + target.url() + " made no session: " + answer.status() + " " + answer.body(), null);
        }
        return answer.json().path("ID").asText();
    }

    @Override
    public boolean renewSession(String session, Deadline deadline) {
        return calling("renew the session", () -> {
            try {
                return client(deadline).sessionClient().renewSession(session).isPresent();
            } catch (com.orbitz.consul.ConsulException e) {
                if (e.getCode() == 404) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public boolean sessionExists(String session, Deadline deadline) {
        return calling("read the session", () -> client(deadline).sessionClient().getSessionInfo(session).isPresent());
    }

    @Override
    public void destroySession(String session, Deadline deadline) {
        calling("end the session", () -> {
            client(deadline).sessionClient().destroySession(session);
            return true;
        });
    }

    @Override
    public void register(ServiceSpec service, Deadline deadline) {
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

    @Override
    public void deregister(String serviceId, Deadline deadline) {
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

    @Override
    public boolean updateCheck(String checkId, CheckStatus status, String note, Deadline deadline) {
        return calling("update " + checkId, () -> {
            try {
                client(deadline).agentClient().check(checkId, state(status), note);
                return true;
            } catch (NotRegisteredException e) {
                if (e.getCause() instanceof com.orbitz.consul.ConsulException cause) {
                    return unknownCheck(cause);
                }
                throw new ConsulException("Consul at " + target.url() + ", update " + checkId, e);
            }
        });
    }

    /** The client calls every failure "not registered"; only Consul's own words are that. */
    private static boolean unknownCheck(com.orbitz.consul.ConsulException cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause.getCode() == 404 || message.contains("does not have associated TTL") || message.contains("Unknown check")) {
            return false;
        }
        throw cause;
    }

    @Override
    public List<ServiceInstance> instances(String service, Deadline deadline) {
        return calling("instances of " + service, () -> client(deadline).healthClient()
                .getAllServiceInstances(service, CONSISTENT)
                .getResponse()
                .stream()
                .map(OrbitzConsul::instance)
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

    @Override
    public boolean agentIsLocal() {
        return target.host().equals("localhost") || target.host().startsWith("127.") || target.host().equals("::1");
    }

    private com.orbitz.consul.Consul client(Deadline deadline) {
        return clients.client(deadline);
    }

    private <T> T calling(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (com.orbitz.consul.ConsulException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = "Consul at " + target.url() + ", " + what + ": " + cause.getMessage();
            if (String.valueOf(e.getMessage()).contains(INVALID_SESSION)) {
                throw new SessionGoneException(message, e);
            }
            throw new ConsulException(message, e);
        }
    }

    private static State state(CheckStatus status) {
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

    private static String text(Duration duration) {
        return duration.toMillis() + "ms";
    }
}
