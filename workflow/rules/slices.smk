rule slices:
    """One shard of scans on the working grid, readable slice by slice."""
    input:
        volumes=path.volumes,
        brain=path.brain,
    output:
        slices=ensure(path.slices, non_empty=True),
        refused=ensure(path.slices_refused, non_empty=True),
    log:
        path.log("slices"),
    benchmark:
        path.benchmark("slices")
    params:
        spec=plan.config.slices.to_json(),
        scan_mb=plan.config.scan_mb,
        code=plan.digest("slices.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=plan.minutes(120),
    shell:
        "python -m scripts.slices --volumes {input.volumes:q} --brain {input.brain:q} --spec {params.spec:q}"
        " --scan-mb {params.scan_mb} --out {output.slices:q} --refused {output.refused:q} 2> {log:q}"
