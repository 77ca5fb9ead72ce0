package io.baseload.service.planner;

import io.baseload.service.planner.CapacityPlan.Point;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * A plan as a picture: tokens per second over the number of sequences and, below, over their length, of all together and of each. Points that don't fit into memory are hollow.
 */
public final class PlanChart {
    private static final int WIDTH = 720;
    private static final int HEADER = 66;
    private static final int PANEL = 360;
    private static final int LEFT = 80;
    private static final int RIGHT = 30;
    private static final int TOP = 30;
    private static final int BOTTOM = 60;

    private final CapacityPlan plan;
    private final Formatter svg = new Formatter(Locale.ROOT);

    private PlanChart(CapacityPlan plan) {
        this.plan = plan;
    }

    /** SVG, for browsers and documents. */
    public static String svg(CapacityPlan plan) {
        return new PlanChart(plan).draw();
    }

    private String draw() {
        boolean lengths = !plan.contexts().isEmpty(); // not of a model with a very short context
        int height = HEADER + (lengths ? 2 : 1) * PANEL;
        svg.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\">%n",
                WIDTH, height);
        svg.format("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, height);
        text(LEFT, 25, "start", 16, plan.model() + ", " + plan.format() + ", " + plan.machine());
        String[] standing = plan.standing().split("(?<=:) ", 2); // what it says after the colon has a line of its own
        for (int i = 0; i < standing.length; i++) {
            text(LEFT, 47 + 16 * i, "start", 12, standing[i]);
        }
        String each = "sequences decoded together, each with " + plan.context() + " tokens";
        new Panel(HEADER, plan.batches(), Point::batch, each).draw();
        if (lengths) {
            String of = plan.batch() == 1 ? "a sequence" : "each of " + plan.batch() + " sequences";
            new Panel(HEADER + PANEL, plan.contexts(), Point::context, "tokens of " + of).draw();
        }
        svg.format("</svg>%n");
        return svg.toString();
    }

    /** The next of 1, 2, 4 and 10 times a power of ten. */
    private static double nice(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (int times : new int[] {1, 2, 4, 10}) {
            if (value <= times * power) {
                return times * power;
            }
        }
        return 10 * power;
    }

    private void text(double x, double y, String anchor, int size, String text) {
        svg.format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>%n",
                x,
                y,
                anchor,
                size,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    /** The curves over one quantity. */
    private final class Panel {
        private final int top;
        private final List<Point> points;
        private final ToIntFunction<Point> quantity;
        private final String caption;
        private final double most;

        Panel(int top, List<Point> points, ToIntFunction<Point> quantity, String caption) {
            this.top = top;
            this.points = points;
            this.quantity = quantity;
            this.caption = caption;
            this.most = nice(
                    points.stream().mapToDouble(Point::tokensPerSecond).max().orElse(1));
        }

        void draw() {
            axes();
            if (points.getLast().batch() > 1) {
                curve("ink-a", "#1f5fa8", "all together", Point::tokensPerSecond);
            }
            curve("ink-c", "#c2571a", "each", Point::tokensPerSecondEach);
        }

        private void axes() {
            for (int i = 0; i <= 4; i++) {
                double value = most * i / 4;
                svg.format(
                        "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                        LEFT, WIDTH - RIGHT, y(value), y(value));
                text(LEFT - 8, y(value) + 4, "end", 12, PlanText.digits(value));
            }
            double bottom = y(0);
            for (int i = 0; i < points.size(); i++) {
                text(x(i), bottom + 20, "middle", 12, String.valueOf(quantity.applyAsInt(points.get(i))));
            }
            text((LEFT + WIDTH - RIGHT) / 2.0, bottom + 45, "middle", 13, caption);
            text(LEFT, y(most) - 8, "end", 12, "tokens/s");
        }

        /** @param ink a class by which a page can replace the colour */
        private void curve(String ink, String colour, String label, ToDoubleFunction<Point> value) {
            svg.format("<g class=\"%s\" color=\"%s\">%n", ink, colour);
            var path = new StringBuilder();
            for (int i = 0; i < points.size(); i++) {
                path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i), y(value.applyAsDouble(points.get(i)))));
            }
            svg.format(
                    "<polyline points=\"%s\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/>%n",
                    path.toString().strip());
            for (int i = 0; i < points.size(); i++) {
                svg.format(
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" stroke=\"currentColor\" fill=\"%s\"/>%n",
                        x(i),
                        y(value.applyAsDouble(points.get(i))),
                        points.get(i).fits() ? "currentColor" : "white");
            }
            int widest = widest();
            String anchor = widest == points.size() - 1 ? "end" : widest == 0 ? "start" : "middle";
            text(x(widest), y(value.applyAsDouble(points.get(widest))) - 10, anchor, 12, label);
            svg.format("</g>%n");
        }

        /** The last of the points at which the curves are farthest apart, so that their labels don't overlap. */
        private int widest() {
            int widest = 0;
            for (int i = 1; i < points.size(); i++) {
                if (gap(points.get(i)) >= gap(points.get(widest))) {
                    widest = i;
                }
            }
            return widest;
        }

        private static double gap(Point point) {
            return point.tokensPerSecond() - point.tokensPerSecondEach();
        }

        private double x(int index) {
            return LEFT + 20 + (WIDTH - LEFT - RIGHT - 40.0) * index / Math.max(1, points.size() - 1);
        }

        private double y(double value) {
            return top + PANEL - BOTTOM - (PANEL - TOP - BOTTOM) * value / most;
        }
    }
}
