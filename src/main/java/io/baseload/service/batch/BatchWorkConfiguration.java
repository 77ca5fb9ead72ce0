package io.baseload.service.batch;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.web.CallerAdmission;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the processing of batches. */
@Configuration(proxyBeanMethods = false)
class BatchWorkConfiguration {
    @Bean
    LineRunner lineRunner(
            ObjectProvider<BatchRoute> routes,
            FileStore files,
            Contents contents,
            ApiKeys keys,
            CallerAdmission admission) {
        return new LineRunner(routes.stream(), files, contents, keys, admission);
    }

    @Bean
    BatchWork batchWork(
            JdbcClient jdbc,
            FileStore files,
            Contents contents,
            LineRunner runner,
            AuditTrail audit,
            Membership membership,
            BatchProperties properties,
            MeterRegistry meters) {
        var batches = new BatchRows(jdbc);
        var lines = new LineRows(jdbc);
        var output = new BatchOutput(batches, lines, files, contents, audit, properties.ttl());
        var fileWork = new FileWork(batches, lines, files, output, properties.maxLines());
        return new BatchWork(batches, lines, fileWork, runner, contents, membership, properties, meters);
    }
}
