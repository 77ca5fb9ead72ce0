package io.baseload.chat.template;

/** The truth of values. */
final class Truth {
    private Truth() {}

    static boolean of(TemplateValue value) {
        return switch (value) {
            case TemplateValue.Undefined u -> false;
            case TemplateValue.None n -> false;
            case TemplateValue.Bool b -> b.value();
            case TemplateValue.Int i -> i.value().signum() != 0;
            case TemplateValue.Real r -> r.value() != 0;
            case TemplateValue.Text t -> !t.value().isEmpty();
            case TemplateValue.Sequence s -> !s.items().isEmpty();
            case TemplateValue.Dict d -> !d.entries().isEmpty();
            case TemplateValue.Generator g -> true;
            case TemplateValue.Namespace n -> true;
            case TemplateValue.Opaque o -> true;
            case TemplateValue.Function f -> true;
        };
    }
}
