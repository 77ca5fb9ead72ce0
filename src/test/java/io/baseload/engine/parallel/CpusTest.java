package io.baseload.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CPUs of processes, on machines as folders. */
class CpusTest {
    @TempDir
    Path folder;

    private Cpus allowed(String list, int available) throws IOException {
        Files.writeString(folder.resolve("status"), "Name:\tjava\nCpus_allowed_list:\t" + list + "\n");
        return Cpus.allowed(folder, folder, available);
    }

    /** @param online the content of the file of this name; none if empty, as that of the first CPU usually is */
    private void cpu(int cpu, String online) throws IOException {
        Path own = Files.createDirectories(folder.resolve("cpu/cpu" + cpu));
        if (!online.isEmpty()) {
            Files.writeString(own.resolve("online"), online + "\n");
        }
    }

    private void core(String list) throws IOException {
        for (int cpu : Cpus.parse(list)) {
            Path topology = Files.createDirectories(folder.resolve("cpu/cpu" + cpu + "/topology"));
            Files.writeString(topology.resolve("thread_siblings_list"), list + "\n");
        }
    }

    /** Otherwise the process would seem to have a CPU quota, under which no thread is pinned. */
    @Test
    void cpusThatAVirtualMachineMightGetAreLeftOut() throws IOException {
        cpu(0, "");
        for (int cpu = 1; cpu < 4; cpu++) {
            cpu(cpu, "1");
        }
        Cpus four = allowed("0-127", 4);
        assertThat(four.cpus()).containsExactly(0, 1, 2, 3);
        assertThat(new TeamLayout(4, List.of(four.cpus())).mayPin(four)).isTrue();
        assertThat(allowed("1-127", 3).cpus()).containsExactly(1, 2, 3);
    }

    @Test
    void cpusThatAreSwitchedOffAreLeftOut() throws IOException {
        cpu(3, "0");
        core("0,4");
        core("1,5");
        core("2,6");
        core("7");
        Cpus seven = allowed("0-7", 7);
        assertThat(seven.cores()).containsExactly(List.of(0, 4), List.of(1, 5), List.of(2, 6), List.of(7));
        assertThat(seven.workers(seven.cpus())).isEqualTo(4);
    }

    @Test
    void whereTheSystemDoesntSayWhichCpusRunAllDo() throws IOException {
        assertThat(allowed("0-3", 4).cpus()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void whereTheSystemListsNoneThereIsOnlyTheirNumber() {
        Cpus unknown = Cpus.allowed(folder, folder, 6);
        assertThat(unknown.cpus()).isEmpty();
        assertThat(unknown.workers(List.of())).isEqualTo(6);
    }

    @Test
    void thisMachinesCpusRun() {
        Cpus here = Cpus.allowed();
        assertThat(here.cpus()).doesNotHaveDuplicates();
        assertThat(here.cores()).doesNotContain(List.of());
    }
}
