package io.baseload.service.inference;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.quota.Quota;
import io.baseload.service.registry.ModelDirectory;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.transaction.support.TransactionOperations;

/** Wires inference. What an earlier run left open is settled before the first question. */
@Configuration(proxyBeanMethods = false)
public class InferenceConfiguration {

    /** Closed before the last checkpoint is taken, and long before the database. */
    @Bean
    @DependsOn("checkpointSchedule")
    LedgerThreads ledgerThreads() {
        return LedgerThreads.start();
    }

    @Bean
    Inference inference(
            ModelDirectory models,
            Quota quota,
            AuditTrail audit,
            TransactionOperations transactions,
            LedgerThreads threads,
            MeterRegistry meters) {
        var process = UUID.randomUUID();
        var ledger = new Ledger(quota, audit, transactions);
        new Sweeper(ledger, process).start(threads.clock());
        return new LedgeredInference(
                models,
                ledger,
                threads,
                new InferenceMeters(meters),
                process,
                quota.lease().toNanos());
    }
}
