package io.baseload.service.cluster;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * This process as a member of those on the database. Renews its lease every few seconds, which also shows whether the database can be written. A process that others declared dead
 * gets a lease under a new name: its requests under the old one were settled as lost, and are corrected if they ended normally after all.
 *
 * <p>The audit trail may be out of reach although the lease can be renewed: locked, or without the right to append to it. So while there is a doubt about it, each renewal is followed
 * by a trial, which ends the doubt without any request. Without a doubt the trail is left alone, because everything that is recorded waits for its end.
 */
public final class Membership implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Membership.class);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

    private final Instances instances;
    private final AuditTrail trail;
    private final TransactionOperations transactions;
    private final HomeLock home;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("instance-lease").daemon().factory());
    private volatile InstanceReport report = InstanceReport.NONE;
    private volatile InstanceLease lease;
    private volatile boolean writes = true;
    private volatile boolean trailInDoubt;

    Membership(Instances instances, AuditTrail trail, TransactionOperations transactions, HomeLock home) {
        this.instances = instances;
        this.trail = trail;
        this.transactions = transactions;
        this.home = home;
        transactions.executeWithoutResult(status -> instances.succeed(home.id()));
        this.lease = join();
        long pause = Math.min(instances.lease().toMillis() / 4, MAX_PAUSE.toMillis());
        var unused = clock.scheduleWithFixedDelay(this::renew, pause, pause, TimeUnit.MILLISECONDS);
    }

    /** The current lease. Anything started under it may continue until it is over. */
    public InstanceLease lease() {
        return lease;
    }

    /** Identifies the folder in which this process works, in all its runs. */
    public UUID home() {
        return home.id();
    }

    public Duration leaseTime() {
        return instances.lease();
    }

    /** Whether the last renewal reached the database, and the trial of the audit trail, if there was one, succeeded. */
    public boolean writes() {
        return writes && !lease.isOver();
    }

    /** Something could not be written to the ledger: the next renewal finds out whether the audit trail can be. */
    public void doubtTrail() {
        trailInDoubt = true;
    }

    /** The source of this process's state from now on. */
    public void describe(InstanceReport described) {
        report = described;
        tell();
    }

    /** Reports changes of this process to the others now. */
    public void tell() {
        clock.execute(this::renew);
    }

    private void renew() {
        writes = succeeds("renew its lease", this::renewLease)
                && (!trailInDoubt || succeeds("append to the audit trail", this::tryTrail));
    }

    private static boolean succeeds(String act, Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException | Error e) { // not even an Error may end the clock
            log.warn("This instance can't {} now: {}", act, e.toString());
            return false;
        }
    }

    private void renewLease() {
        long asked = System.nanoTime();
        boolean renewed =
                Boolean.TRUE.equals(transactions.execute(status -> instances.renew(lease.instance(), report)));
        if (renewed) {
            lease.renewed(asked + instances.lease().toNanos());
        } else {
            log.warn("The lease of instance {} was ended by others; going on under a new one", lease.instance());
            lease.lost();
            lease = join();
        }
    }

    /** Appends an entry and rolls it back. */
    private void tryTrail() {
        trailInDoubt = false;
        try {
            transactions.executeWithoutResult(status -> {
                status.setRollbackOnly();
                trail.append(Actor.SYSTEM, "trial", "", Map.of());
            });
        } catch (RuntimeException | Error e) {
            trailInDoubt = true;
            throw e;
        }
    }

    private InstanceLease join() {
        var id = UUID.randomUUID();
        long asked = System.nanoTime();
        transactions.executeWithoutResult(status -> instances.join(id, home.id(), report));
        return new InstanceLease(id, asked + instances.lease().toNanos());
    }

    /** Its remaining requests are lost: everything that ended has been settled before. */
    @Override
    public void close() {
        clock.close();
        lease.lost();
        try {
            transactions.executeWithoutResult(status -> instances.leave(lease.instance()));
        } catch (RuntimeException e) {
            log.warn("This instance counts as alive until its lease ends: {}", e.toString());
        }
        home.close();
    }
}
