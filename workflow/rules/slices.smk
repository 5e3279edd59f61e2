rule slices:
    """One shard of scans on the working grid, readable slice by slice."""
    input:
        volumes=path.volumes,
        brain=path.brain,
    output:
        slices=ensure(path.slices, non_empty=True),
    log:
        path.log(path.slices),
    benchmark:
        path.benchmark(path.slices)
    params:
        spec=plan.config.slices.to_json(),
        code=plan.digest("slices.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=120,
    shell:
        "python -m scripts.slices --volumes {input.volumes} --brain {input.brain} --spec {params.spec:q}"
        " --out {output.slices} 2> {log}"


rule folds:
    """Which part every subject of the training data set belongs to."""
    input:
        scans=plan.over_shards(path.shard_scans, dataset=plan.config.train),
        rejected=plan.over_shards(path.shard_rejected, dataset=plan.config.train),
    output:
        folds=ensure(path.folds, non_empty=True),
    log:
        path.log(path.folds),
    benchmark:
        path.benchmark(path.folds)
    params:
        spec=plan.config.folds.deal_json(),
        seed=plan.config.seed,
        code=plan.digest("folds.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(1000),
        runtime=10,
    shell:
        "python -m scripts.folds --scans {input.scans:q} --rejected {input.rejected:q} --spec {params.spec:q}"
        " --seed {params.seed} --out {output.folds} 2> {log}"
