package io.baseload.engine.parallel;

/** A team that gives up a worker for which the others have waited for a second. */
public final class ImpatientTeam {
    private ImpatientTeam() {}

    public static Team of(int workers) {
        return new Team(TeamLayout.unbound(workers, 1), workers, false, 1);
    }
}
