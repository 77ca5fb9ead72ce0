package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.support.GenericApplicationContext;

class NamesOfTypesTest {
    private static final String NAME = "namesOfTypesTest.Part";

    private record Part(String origin) {}

    private record Whole(Part anything) {}

    private record Qualified(@Qualifier("other") Part anything) {}

    @Test
    void theBeanNamedAfterItsClassIsTaken() {
        var context = context();
        context.registerBean(NAME, Part.class, () -> new Part("named after the class"));
        context.registerBean("other", Part.class, () -> new Part("named otherwise"));
        context.refresh();
        assertThat(context.getBean(Whole.class).anything().origin()).isEqualTo("named after the class");
        assertThat(context.getBean(Qualified.class).anything().origin()).isEqualTo("named otherwise");
    }

    @Test
    void anotherTypeOrNoneUnderTheNameIsNotTaken() {
        var context = context();
        context.registerBean(NAME, String.class, () -> "a text");
        context.registerBean("other", Part.class, () -> new Part("named otherwise"));
        context.refresh();
        assertThat(context.getBean(Whole.class).anything().origin()).isEqualTo("named otherwise");
    }

    private static GenericApplicationContext context() {
        var context = new GenericApplicationContext();
        context.getDefaultListableBeanFactory().setAutowireCandidateResolver(new NamesOfTypes());
        context.registerBean(Whole.class);
        context.registerBean(Qualified.class);
        return context;
    }
}
