package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathBeanDefinitionScanner;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

class ClassReadingTest {
    private static final String SERVICE = "io.baseload.service";

    @Test
    void findsTheComponentsThatSpringFinds() {
        GenericApplicationContext context = scanned();
        var spring = new GenericApplicationContext();
        var scanner = new ClassPathBeanDefinitionScanner(spring);
        scanner.setResourcePattern("**/{name:[^$]+}.class");
        scanner.scan(SERVICE);

        assertThat(context.getBeanDefinitionNames())
                .contains("serviceConfiguration")
                .filteredOn(name -> !name.equals(ClassReading.BEAN))
                .containsExactlyInAnyOrderElementsOf(Stream.of(spring.getBeanDefinitionNames())
                        .filter(name -> !name.equals("serviceApplication"))
                        .toList());
    }

    @Test
    void readsAClassOnceUntilTheServiceStands() throws IOException {
        GenericApplicationContext context = scanned();
        var reading = (ClassReading) context.getDefaultListableBeanFactory().getBean(MetadataReaderFactory.class);
        String name = ServiceConfiguration.class.getName();

        MetadataReader scanned = reading.getMetadataReader(name);
        assertThat(reading.getMetadataReader(name)).isSameAs(scanned);
        assertThat(scanned.getAnnotationMetadata().getAnnotationTypes())
                .contains("org.springframework.context.annotation.Configuration");

        reading.onApplicationEvent(new ContextRefreshedEvent(context));
        assertThat(reading.getMetadataReader(name)).isNotSameAs(scanned);
        assertThat(reading.getMetadataReader(new ClassPathResource(name.replace('.', '/') + ".class")))
                .isSameAs(reading.getMetadataReader(name));
    }

    private static GenericApplicationContext scanned() {
        var context = new GenericApplicationContext();
        ClassReading.componentsIn(SERVICE).initialize(context);
        return context;
    }
}
