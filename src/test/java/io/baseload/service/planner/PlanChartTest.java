package io.baseload.service.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlanChartTest {
    private static final Pattern LABEL =
            Pattern.compile("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\" [^>]*>(all together|each)</text>");

    /** Eight numbers of sequences, and three lengths up to the model's 4096 tokens. */
    @Test
    void theChartHasAPointForEachBatchAndEachContext() {
        String svg = PlanChart.svg(CapacityPlannerTest.plan(CapacityPlannerTest.sockets(4), 2, 100));
        assertThat(svg)
                .startsWith("<svg ")
                .endsWith("</svg>\n")
                .contains("planned, with weights cut over the sockets")
                .contains("sequences decoded together, each with 100 tokens")
                .contains("tokens of each of 2 sequences");
        assertThat(svg.split("<polyline", -1)).hasSize(1 + 2 + 2);
        assertThat(svg.split("<circle", -1)).hasSize(1 + 2 * (8 + 3));
        String one = PlanChart.svg(
                CapacityPlannerTest.plan(CapacityPlannerTest.sockets(4), 1, 100)); // a sequence alone is all
        assertThat(one).contains("tokens of a sequence");
        assertThat(one.split("<circle", -1)).hasSize(1 + 2 * 8 + 3);
    }

    @Test
    void theChartSaysAllThatThePlanDoes() {
        MachineProfile nodes = MachineProfile.of(
                CapacityPlannerTest.RATES, 4, 4, CapacityPlannerTest.MEMORY, CapacityPlannerTest.TIERS);
        assertThat(PlanChart.svg(CapacityPlannerTest.plan(nodes, 1, 100)))
                .contains(">the bandwidth between nodes is assumed</text>");
        assertThat(PlanChart.svg(CapacityPlannerTest.plan(CapacityPlannerTest.sockets(4), 1, 100)))
                .contains(">no machine with several sockets has been measured</text>");
    }

    /** The longer many sequences are, the closer to zero are both curves, if nearly all of a step is reading keys and values. */
    @Test
    void labelsAreWhereTheCurvesAreApart() {
        KernelRates fast = CapacityPlannerTest.rates(1e12, 1e12, 1e12, 1e12);
        var rates = new MachineRates(4, 1e9, 1e-6, 3e-6, 1e12, 1e12, Map.of("bf16", fast, "i8", fast));
        MachineProfile machine = new MachineProfile(
                "m", false, 1, 1, 1e9, 5e-6, CapacityPlannerTest.TIERS, CapacityPlannerTest.MEMORY, rates);
        for (int batch : new int[] {2, 8, 64, 128}) {
            List<double[]> labels = labels(PlanChart.svg(CapacityPlannerTest.plan(machine, batch, 100)));
            assertThat(labels).hasSize(4);
            for (int panel = 0; panel < 2; panel++) {
                double[] all = labels.get(2 * panel);
                double[] each = labels.get(2 * panel + 1);
                assertThat(each[0]).isEqualTo(all[0]);
                assertThat(each[1] - all[1]).as(batch + " sequences").isGreaterThan(20);
            }
        }
    }

    private static List<double[]> labels(String svg) {
        List<double[]> labels = new ArrayList<>();
        Matcher label = LABEL.matcher(svg);
        while (label.find()) {
            labels.add(new double[] {Double.parseDouble(label.group(1)), Double.parseDouble(label.group(2))});
        }
        return labels;
    }
}
