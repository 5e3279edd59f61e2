rule brain:
    """Brain masks of one shard of scans, with their volumes and what looks wrong with them."""
    input:
        volumes=path.volumes,
    output:
        brain=ensure(path.brain, non_empty=True),
        flags=ensure(path.brain_flags, non_empty=True),
    log:
        path.log("brain"),
    benchmark:
        path.benchmark("brain")
    params:
        spec=data.brain_spec,
        masks=data.brain_stamp(),  # changes when a precomputed mask does
        code=plan.digest("brain.py", plan.config.brain),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=plan.minutes(120),
    shell:
        "python -m scripts.brain --volumes {input.volumes:q} --spec {params.spec:q} --out {output.brain:q}"
        " --flags {output.flags:q} 2> {log:q}"
