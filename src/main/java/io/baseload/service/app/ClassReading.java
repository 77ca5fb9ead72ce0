package io.baseload.service.app;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.ClassPathBeanDefinitionScanner;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.Resource;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/**
 * Reads the annotations of classes that may not be loaded, and finds the service's components by them. On Java 24 and later Spring has another reader, in a part of its jar for these versions, and the
 * JVM's AOT cache takes no classes from such parts: at each start that reader was loaded, verified and linked again, and took a tenth of the time until ready. Each class is read once.
 */
final class ClassReading extends SimpleMetadataReaderFactory implements ApplicationListener<ContextRefreshedEvent> {
    /** Where Spring Boot looks for a reader before it makes one of its own. */
    static final String BEAN = "org.springframework.boot.autoconfigure.internalCachingMetadataReaderFactory";

    private final Map<String, MetadataReader> read = new ConcurrentHashMap<>();

    private ClassReading(GenericApplicationContext context) {
        super(context);
    }

    /** The components are classes of their own, so the scan skips nested ones. */
    static ApplicationContextInitializer<GenericApplicationContext> componentsIn(String... packages) {
        return context -> {
            var reading = new ClassReading(context);
            context.getDefaultListableBeanFactory().setAutowireCandidateResolver(new NamesOfTypes());
            context.registerBean(BEAN, ClassReading.class, () -> reading);
            var scanner = new ClassPathBeanDefinitionScanner(context, true, context.getEnvironment(), context);
            scanner.setMetadataReaderFactory(reading);
            scanner.addExcludeFilter(new AnnotationTypeFilter(SpringBootConfiguration.class)); // Spring Boot adds it
            scanner.setResourcePattern("**/{name:[^$]+}.class");
            scanner.scan(packages);
        };
    }

    @Override
    public MetadataReader getMetadataReader(String name) throws IOException {
        MetadataReader known = read.get(name);
        return known == null ? super.getMetadataReader(name) : known;
    }

    @Override
    public MetadataReader getMetadataReader(Resource file) throws IOException {
        MetadataReader reader = super.getMetadataReader(file);
        read.put(reader.getClassMetadata().getClassName(), reader);
        return reader;
    }

    /** Nothing is kept for the life of the service. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        read.clear();
    }
}
