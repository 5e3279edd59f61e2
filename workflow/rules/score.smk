rule score:
    """One method's scores on the test scans of a data set in one fold."""
    input:
        unpack(plan.score_inputs),
    output:
        scores=ensure(path.scores, non_empty=True),
    log:
        path.log(path.scores),
    benchmark:
        path.benchmark(path.scores)
    params:
        spec=plan.config.scoring.to_json(),
        folds=plan.config.folds.deal_json(),
        detection=plan.detection_options,
        code=plan.digest("score.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=120,
    shell:
        "python -m scripts.score --volumes {input.volumes:q} --slices {input.slices:q}"
        " --predictions {input.predictions:q} --folds {input.folds} --fold {wildcards.fold}"
        " --fold-spec {params.folds:q} --spec {params.spec:q} --dataset {wildcards.dataset}"
        " --method {wildcards.method} {params.detection} --out {output.scores} 2> {log}"


rule leaderboard:
    """Mean, standard deviation and number of units of every score of every method."""
    input:
        scores=plan.all_scores(),
    output:
        board=report(
            ensure(path.leaderboard, non_empty=True),
            category="scores",
            caption="../report/leaderboard.rst",
            labels={"table": "leaderboard"},
        ),
    log:
        path.log(path.leaderboard),
    benchmark:
        path.benchmark(path.leaderboard)
    params:
        methods=list(plan.config.methods),
        code=plan.digest("leaderboard.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=10,
    shell:
        "python -m scripts.leaderboard --scores {input.scores:q} --method {params.methods:q} --out {output.board}"
        " 2> {log}"


rule compare:
    """Paired tests between methods, on the subjects that both have scored."""
    input:
        scores=plan.all_scores(),
    output:
        comparisons=report(
            ensure(path.comparisons, non_empty=True),
            category="scores",
            caption="../report/comparisons.rst",
            labels={"table": "comparisons"},
        ),
    log:
        path.log(path.comparisons),
    benchmark:
        path.benchmark(path.comparisons)
    params:
        pairs=plan.pairs_json(),
        code=plan.digest("compare.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=10,
    shell:
        "python -m scripts.compare --scores {input.scores:q} --pairs {params.pairs:q} --out {output.comparisons}"
        " 2> {log}"
