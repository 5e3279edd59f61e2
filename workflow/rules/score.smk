rule score:
    """One method's scores on the test scans of one fold."""
    input:
        unpack(scores.inputs),
    output:
        scores=ensure(path.scores, non_empty=True),
    log:
        path.log("score"),
    benchmark:
        path.benchmark("score")
    params:
        spec=plan.config.scoring.to_json(),
        dataset=scores.dataset,
        classes=scores.classes,
        inputs=plan.as_options,
        code=plan.digest("score.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(120),
    shell:
        "python -m scripts.score {params.inputs} --fold {wildcards.fold} --spec {params.spec:q} --dataset {params.dataset}"
        " --method {wildcards.method} --classes {params.classes} --out {output.scores:q} 2> {log:q}"


rule leaderboard:
    """Mean, standard deviation and number of units of every score of every method."""
    input:
        scores=scores.all_scores(),
    output:
        board=report(
            ensure(path.leaderboard, non_empty=True),
            category="scores",
            caption="../report/leaderboard.rst",
            labels={"table": "leaderboard"},
        ),
    log:
        path.log("leaderboard"),
    benchmark:
        path.benchmark("leaderboard")
    params:
        methods=list(plan.config.methods),
        code=plan.digest("leaderboard.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.leaderboard --scores {input.scores:q} --method {params.methods:q} --out {output.board:q}"
        " 2> {log:q}"


rule compare:
    """Paired tests between methods, on the subjects that both have scored."""
    input:
        scores=scores.all_scores(),
    output:
        comparisons=report(
            ensure(path.comparisons, non_empty=True),
            category="scores",
            caption="../report/comparisons.rst",
            labels={"table": "comparisons"},
        ),
    log:
        path.log("compare"),
    benchmark:
        path.benchmark("compare")
    params:
        pairs=scores.pairs_json(),
        code=plan.digest("compare.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.compare --scores {input.scores:q} --pairs {params.pairs:q} --out {output.comparisons:q}"
        " 2> {log:q}"
