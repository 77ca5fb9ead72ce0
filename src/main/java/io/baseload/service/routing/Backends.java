package io.baseload.service.routing;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.backend.Backend;
import io.baseload.service.backend.BackendClient;
import io.baseload.service.backend.BackendConnections;
import io.baseload.service.backend.BackendHealth;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealException;
import io.baseload.service.outbound.HttpOrigin;
import io.baseload.service.outbound.Secret;
import io.baseload.service.registry.ConflictException;
import io.baseload.service.registry.ModelCatalog;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.AliasTargets.Use;
import io.baseload.service.routing.BackendRows.BackendRow;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The remote engines that this service may use. A change takes effect here at once, in other processes within a second. */
@Component
public final class Backends {
    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

    /** Other engines have {@code org/model} and {@code model:tag}. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

    private final BackendRows rows;
    private final AliasTargets targets;
    private final BackendConnections connections;
    private final MasterKeys keys;
    private final JdbcAggregateOperations table;
    private final TransactionOperations transaction;

    Backends(
            BackendRows rows,
            AliasTargets targets,
            BackendConnections connections,
            MasterKeys keys,
            JdbcAggregateOperations table,
            TransactionOperations transaction) {
        this.rows = rows;
        this.targets = targets;
        this.connections = connections;
        this.keys = keys;
        this.table = table;
        this.transaction = transaction;
    }

    /**
     * A backend and its health as seen by this process.
     *
     * @param health empty if this process doesn't use it yet
     * @param models the health of those of its models that have ever failed
     */
    public record Known(
            Backend backend, Optional<BackendHealth.Report> health, Map<String, BackendHealth.Report> models) {}

    public List<Known> page(String after, int limit) {
        return rows.page(after, limit).stream()
                .map(BackendRow::backend)
                .map(this::known)
                .toList();
    }

    public Optional<Known> find(String name) {
        return rows.findById(name).map(BackendRow::backend).map(this::known);
    }

    /**
     * Reads an address.
     *
     * @throws InvalidRequestException if it is not an address, or the configuration does not allow it
     */
    public URI address(String text) {
        return connections.address(text);
    }

    private Known known(Backend backend) {
        Optional<BackendClient> client = connections.find(backend.name());
        return new Known(
                backend,
                client.map(BackendClient::health),
                client.map(BackendClient::modelHealth).orElse(Map.of()));
    }

    /**
     * Adds a backend.
     *
     * @param recorded runs in the transaction that does it
     * @throws InvalidRequestException if something of it is not allowed
     * @throws ConflictException if the name is taken
     */
    public Known create(Backend backend, Runnable recorded) {
        ModelCatalog.checkName("name", backend.name());
        check(backend);
        connections.check(backend.secret());
        transaction.executeWithoutResult(status -> {
            rows.lock();
            if (rows.existsById(backend.name())) {
                throw new ConflictException("There is a backend '" + backend.name() + "' already.");
            }
            table.insert(BackendRow.of(sealed(backend)));
            recorded.run();
        });
        refresh();
        return known(backend);
    }

    /**
     * Changes a backend. Running requests continue.
     *
     * @param recorded runs in the transaction that does it
     * @return empty if there is no such backend
     * @throws InvalidRequestException if something of it is not allowed
     * @throws ConflictException if an alias or a canary uses a model that it would no longer have
     */
    public Optional<Known> change(String name, UnaryOperator<Backend> change, Consumer<Backend> recorded) {
        Optional<Backend> changed = transaction.execute(status -> {
            rows.lock();
            return rows.findById(name).map(BackendRow::backend).map(before -> {
                Backend after = change.apply(before);
                check(after);
                if (!keepsKey(before, after)) {
                    connections.check(after.secret());
                }
                refuseIfMissed(after);
                table.update(BackendRow.of(sealed(after)));
                recorded.accept(after);
                return after;
            });
        });
        refresh();
        return changed.map(this::known);
    }

    /** Whether the key is sent from the same variable to the same server as before, even if new backends may not name this variable. */
    private static boolean keepsKey(Backend before, Backend after) {
        return after.secret() instanceof Secret.Environment
                && after.secret().equals(before.secret())
                && HttpOrigin.of(after.baseUrl()).equals(HttpOrigin.of(before.baseUrl()));
    }

    private void refuseIfMissed(Backend backend) {
        targets.usesOf(backend.name()).forEach(use -> {
            if (backend.offer(use.model()).isEmpty()) {
                throw new ConflictException("The alias '" + use.alias() + "' or its canary uses the model '"
                        + use.model() + "' of this backend: move or delete the alias, or end the canary, first.");
            }
        });
    }

    /**
     * Removes a backend. Running requests continue.
     *
     * @param recorded runs in the transaction that does it
     * @return whether there was such a backend
     * @throws ConflictException if an alias or a canary uses it
     */
    public boolean delete(String name, Runnable recorded) {
        boolean deleted = transaction.execute(status -> {
            rows.lock();
            boolean there = rows.existsById(name);
            String aliases =
                    targets.usesOf(name).stream().map(Use::alias).distinct().collect(Collectors.joining(", "));
            if (!aliases.isEmpty()) {
                throw new ConflictException("Aliases or their canaries use the backend '" + name + "' (" + aliases
                        + "): move or delete them, or end the canaries, first.");
            }
            if (there) {
                rows.deleteById(name);
                recorded.run();
            }
            return there;
        });
        refresh();
        return deleted;
    }

    private void check(Backend backend) {
        connections.address(backend.baseUrl().toString());
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < backend.models().size(); i++) {
            String path = "models[" + i + "].id";
            String id = backend.models().get(i).id();
            if (!ID.matcher(id).matches()) {
                throw new InvalidRequestException(
                        path,
                        "invalid_value",
                        "'" + path + "' must be 1 to 128 letters, digits, '.', '_', ':', '/' and '-', and start with a"
                                + " letter or digit.");
            }
            if (!seen.add(id)) {
                throw new InvalidRequestException(path, "invalid_value", "'" + path + "' appears twice.");
            }
        }
    }

    private Backend sealed(Backend backend) {
        return backend.secret() instanceof Secret.Given given
                ? backend.with(stored(backend.name(), given.key().getBytes(StandardCharsets.UTF_8)))
                : backend;
    }

    private Secret.Stored stored(String name, byte[] key) {
        String purpose = BackendRow.purpose(name);
        return new Secret.Stored(keys.seal(key, purpose), purpose);
    }

    /** Keys stored before there was a master key, or with an earlier one, are encrypted with the current one. */
    void sealKeys() {
        transaction.executeWithoutResult(status -> {
            rows.lock();
            rows.findAll().stream().map(BackendRow::backend).forEach(this::sealAnew);
        });
    }

    private void sealAnew(Backend backend) {
        String name = backend.name();
        switch (backend.secret()) {
            case Secret.Given given when keys.present() -> table.update(BackendRow.of(sealed(backend)));
            case Secret.Given given ->
                LOG.warn(
                        "THE KEY OF THE BACKEND {} IS IN THE DATABASE IN PLAIN TEXT: baseload.encryption.key-file"
                                + " names no master key to encrypt it",
                        name);
            case Secret.Stored stored
            when keys.present() && !keys.isCurrent(stored.sealed()) -> {
                try {
                    byte[] key = keys.open(stored.sealed(), stored.purpose());
                    table.update(BackendRow.of(backend.with(stored(name, key))));
                } catch (SealException e) {
                    LOG.warn(
                            "The key of the backend {} can't be encrypted with the current master key: {}",
                            name,
                            e.getMessage());
                }
            }
            default -> {}
        }
    }

    /** Brings this process in line with the table. */
    void refresh() {
        connections.use(rows.findAll().stream().map(BackendRow::backend).toList());
    }

    /** A model of a backend that users may use here and now. */
    record RemoteOffer(BackendClient client, Backend.Offer offer) {
        ServedModel model() {
            return new RemoteModel(client, offer);
        }

        BackendHealth.State state() {
            return client.state();
        }

        /** For requests of this tenant. */
        BackendHealth.State state(String tenant) {
            return client.state(offer, tenant);
        }

        Instant created() {
            return client.backend().createdAt();
        }
    }

    Optional<RemoteOffer> offer(String backend, String model) {
        return connections.find(backend).flatMap(client -> offer(client, model));
    }

    private static Optional<RemoteOffer> offer(BackendClient client, String model) {
        return client.backend().offer(model).map(offer -> new RemoteOffer(client, offer));
    }

    /** The backends with a model of this id, by name. */
    List<RemoteOffer> offering(String model) {
        return connections.all().stream()
                .flatMap(client -> offer(client, model).stream())
                .toList();
    }

    List<RemoteOffer> offers() {
        return connections.all().stream()
                .flatMap(client -> client.backend().models().stream().map(offer -> new RemoteOffer(client, offer)))
                .toList();
    }

    /** Ends running answers of backends. */
    void cancelAll() {
        connections.cancelAll();
    }
}
