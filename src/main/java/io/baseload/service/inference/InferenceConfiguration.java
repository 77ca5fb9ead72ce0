package io.baseload.service.inference;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.cluster.Instances;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.database.Pipeline;
import io.baseload.service.database.Schedule;
import io.baseload.service.guardrail.Guardrails;
import io.baseload.service.quota.Quota;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.tracing.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.transaction.support.TransactionOperations;

/** Wires inference. Requests left open by an earlier run are settled before the first request. */
@Configuration(proxyBeanMethods = false)
public class InferenceConfiguration {
    /** How often the meters of deleted models are removed. */
    private static final long FORGETTING_SECONDS = 15;

    /** Closed before this process leaves the cluster and the last checkpoint is taken, and long before the database. */
    @Bean
    @DependsOn("checkpointSchedule")
    ReservationLedger reservationLedger(
            Quota quota,
            Contents contents,
            AuditTrail audit,
            Pipeline pipeline,
            TransactionOperations transactions,
            Membership membership,
            MeterRegistry meters,
            @Value("${baseload.quota.reserve-wait:5s}") Duration reserveWait,
            @Value("${baseload.quota.settle-wait:1s}") Duration settleWait) {
        return new ReservationLedger(
                new LedgerTransactions(quota, contents, audit, pipeline, transactions),
                new LedgerPatience(reserveWait, settleWait),
                membership::doubtTrail,
                meters);
    }

    @Bean
    InferenceMeters inferenceMeters(MeterRegistry meters) {
        return new InferenceMeters(meters);
    }

    @Bean
    Inference inference(
            ModelDirectory models,
            ReservationLedger ledger,
            Quota quota,
            Contents contents,
            Guardrails guardrails,
            Membership membership,
            Instances instances,
            InferenceMeters meters,
            MeterRegistry registry,
            Traces traces,
            @Value("${baseload.quota.retention:#{null}}") @Nullable Duration retention,
            @Value("${baseload.metrics.tenants:50}") int tenants,
            @Value("${baseload.queue.max-wait:#{null}}") @Nullable Duration maxWait) {
        Runnable forget = () -> meters.keepOnly(models::ids);
        var unused = ledger.clock()
                .scheduleWithFixedDelay(
                        () -> Schedule.attempt("Deleted models can't be told from others now", forget),
                        FORGETTING_SECONDS,
                        FORGETTING_SECONDS,
                        TimeUnit.SECONDS);
        var running = new RunningRequests(ledger, membership.leaseTime());
        new ReservationSweeper(ledger, quota, membership, instances, Optional.ofNullable(retention)).start();
        return new InferenceService(
                models,
                ledger,
                running,
                contents,
                new RequestGuard(guardrails, ledger),
                meters,
                membership,
                traces,
                new TenantQueues(registry, tenants),
                new MaxWait(Optional.ofNullable(maxWait)));
    }
}
