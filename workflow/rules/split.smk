rule split:
    """Role of every subject of a data set in every fold of a split."""
    input:
        unpack(networks.split_inputs),
    output:
        split=ensure(path.split, non_empty=True),
    log:
        path.log("split"),
    benchmark:
        path.benchmark("split")
    params:
        spec=networks.split_spec,
        seed=plan.config.seed,
        inputs=plan.as_options,
        code=plan.digest("split.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(1000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.split {params.inputs} --spec {params.spec:q} --name {wildcards.split} --seed {params.seed}"
        " --out {output.split:q} 2> {log:q}"
