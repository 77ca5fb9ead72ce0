package io.baseload.service.console;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model's time by operator, in fractions of the whole.
 *
 * @param steps since the model was loaded
 * @param bar by class
 * @param operators by operator of the engine
 */
record EngineProfile(String model, long steps, List<Part> bar, Map<String, Double> operators) {
    /** As Inspur published it for Yuan2.0-102B on four sockets: there, attention is part of the others. */
    static final List<Part> ARTICLE =
            bar(Map.of("linear", 50.0, "convolution", 20.0, "collectives", 20.0, "other", 10.0));

    private static final String OPERATOR_SECONDS = "operator_seconds";
    private static final String CLASS_SECONDS = "class_seconds";
    private static final Set<String> PLOTTED = Set.of(
            "id", "decoded_tokens", "steps", "busy_seconds", CLASS_SECONDS, "active", "queued", EngineState.ROOFLINE);

    static EngineProfile of(Map<String, Object> model) {
        Map<String, Double> operators = operators(model);
        double all = total(operators);
        List<Part> bar = bar(classes(operators));
        operators.replaceAll((operator, seconds) -> seconds / all);
        return new EngineProfile(
                String.valueOf(model.get("id")), (long) EngineState.number(model, "steps"), bar, operators);
    }

    /** Leaves of a sample of a model what the plots show: times by class instead of by operator, in milliseconds. */
    static void keepPlotted(Map<String, Object> model) {
        Map<String, Double> classes = classes(operators(model));
        classes.replaceAll((name, seconds) -> Math.round(1e3 * seconds) / 1e3);
        model.put(CLASS_SECONDS, classes);
        model.keySet().retainAll(PLOTTED);
    }

    private static Map<String, Double> operators(Map<String, Object> model) {
        Map<String, Double> operators = new TreeMap<>();
        if (model.get(OPERATOR_SECONDS) instanceof Map<?, ?> seconds) {
            seconds.forEach((operator, time) -> operators.put(
                    String.valueOf(operator), time instanceof Number number ? number.doubleValue() : 0.0));
        }
        return operators;
    }

    private static double total(Map<String, Double> times) {
        return Math.max(
                1e-9, times.values().stream().mapToDouble(Double::doubleValue).sum());
    }

    private static Map<String, Double> classes(Map<String, Double> operators) {
        Map<String, Double> classes = new TreeMap<>();
        operators.forEach((operator, seconds) -> classes.merge(classOf(operator), seconds, Double::sum));
        return classes;
    }

    private static String classOf(String operator) {
        return switch (operator) {
            case "attention", "convolution" -> operator;
            case "barriers", "waiting", "all-reduce" -> "collectives";
            default -> operator.startsWith("linear") ? "linear" : "other";
        };
    }

    /** Without the classes that took no time, such as the convolution of most models. */
    private static List<Part> bar(Map<String, Double> classes) {
        double all = total(classes);
        var parts = new Part.Parts(all);
        for (String name : List.of("linear", "convolution", "attention", "collectives", "other")) {
            double amount = classes.getOrDefault(name, 0.0);
            if (amount > 0) {
                parts.add(Math.round(100 * amount / all) + " % " + name, colour(name), amount);
            }
        }
        return parts.list();
    }

    private static String colour(String name) {
        return switch (name) {
            case "linear" -> "a";
            case "convolution" -> "b";
            case "collectives" -> "c";
            case "attention" -> "e";
            default -> "d";
        };
    }
}
