package io.baseload.service.app;

import io.baseload.service.database.DiskSpace;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Path;
import org.springframework.stereotype.Component;

/** The free space on each disk of the home, and how much of it has to stay free. */
@Component
final class DiskMeters implements MeterBinder {
    private final DiskSpace space;

    DiskMeters(DiskSpace space) {
        this.space = space;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Path folder : space.disks()) {
            Gauge.builder("baseload.disk.free", folder, DiskSpace::free)
                    .description("free space on the disk of the home, and on that of the models if it is another")
                    .baseUnit("bytes")
                    .tag("path", folder.toString())
                    .register(registry);
            Gauge.builder("baseload.disk.reserve", space, DiskSpace::reserve)
                    .description("space to keep free there")
                    .baseUnit("bytes")
                    .tag("path", folder.toString())
                    .register(registry);
        }
    }
}
