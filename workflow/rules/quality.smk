rule montage:
    """Pictures of one shard of scans with the outlines of their brain masks."""
    input:
        volumes=path.volumes,
        brain=path.brain,
    output:
        montages=ensure(path.montages, non_empty=True),
    log:
        path.log("montage"),
    benchmark:
        path.benchmark("montage")
    params:
        code=plan.digest("montage.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=plan.minutes(60),
    shell:
        "python -m scripts.montage --volumes {input.volumes:q} --brain {input.brain:q} --out {output.montages:q} 2> {log:q}"


rule quality:
    """One page a data set: scans with montage and flags, and the table of refused inputs."""
    input:
        scans=path.scans,
        rejected=path.rejected,
        montages=plan.shards_of(path.montages),
    output:
        page=report(
            ensure(path.quality, non_empty=True),
            category="quality",
            caption="../report/quality.rst",
            labels={"page": "quality", "data set": "{dataset}"},
        ),
    log:
        path.log("quality"),
    benchmark:
        path.benchmark("quality")
    params:
        most=plan.config.report.quality_scans,
        code=data.quality_code(),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.quality --dataset {wildcards.dataset} --scans {input.scans:q} --rejected {input.rejected:q}"
        " --montages {input.montages:q} --most {params.most} --out {output.page:q} 2> {log:q}"
