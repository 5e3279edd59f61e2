from bleedmap.brain.stamp import mask_stamp


rule brain:
    """Brain masks of one shard of scans, with their volumes and what looks wrong with them."""
    input:
        volumes=path.volumes,
    output:
        brain=ensure(path.brain, non_empty=True),
        flags=ensure(path.brain_flags, non_empty=True),
    log:
        path.log(path.brain),
    benchmark:
        path.benchmark(path.brain)
    params:
        spec=plan.config.brain.to_json(),
        masks=mask_stamp(plan.config.brain),  # changes when a precomputed mask does
        code=plan.digest("brain.py", f"brain.{plan.config.brain.method}"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=120,
    shell:
        "python -m scripts.brain --volumes {input.volumes} --spec {params.spec:q} --out {output.brain}"
        " --flags {output.flags} 2> {log}"
