package io.baseload.service.app;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.context.annotation.ContextAnnotationAutowireCandidateResolver;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Suggests for a dependency on one of our classes the bean that is named after the class, as components are. Spring takes it if there is one and its type is right; otherwise it compares the types of
 * all beans, which took a tenth of the time that a gateway needs to start.
 */
final class NamesOfTypes extends ContextAnnotationAutowireCandidateResolver {
    @Override
    public @Nullable String getSuggestedName(DependencyDescriptor dependency) {
        String qualifier = super.getSuggestedName(dependency);
        Class<?> type = dependency.getDependencyType();
        return qualifier == null && type.getName().startsWith("io.baseload.")
                ? StringUtils.uncapitalizeAsProperty(ClassUtils.getShortName(type))
                : qualifier;
    }
}
