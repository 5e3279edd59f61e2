rule enhance:
    """Slices of one shard as a segmenter wants them: skull taken away, contrast evened out."""
    input:
        slices=path.slices,
    output:
        slices=ensure(path.enhanced, non_empty=True),
    log:
        path.log(path.enhanced),
    benchmark:
        path.benchmark(path.enhanced)
    params:
        spec=plan.spec("enhancements", "enhancement"),
        code=plan.enhancement_digest,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=240,
    shell:
        "python -m scripts.enhance --slices {input.slices} --spec {params.spec:q} --out {output.slices} 2> {log}"
