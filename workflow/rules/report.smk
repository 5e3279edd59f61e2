rule overlays:
    """Test slices with the largest bleeds of one fold: heatmaps and masks of all methods over the CT."""
    input:
        unpack(pages.overlay_inputs),
    output:
        sheet=report(
            ensure(path.overlays, non_empty=True),
            category="overlays",
            caption="../report/overlays.rst",
            labels={"picture": "all methods", "split": "{split}", "fold": "{fold}"},
        ),
        hero=report(
            ensure(path.hero, non_empty=True),
            category="overlays",
            caption="../report/hero.rst",
            labels={"picture": "step by step", "split": "{split}", "fold": "{fold}"},
        ),
    log:
        path.log("overlays"),
    benchmark:
        path.benchmark("overlays")
    params:
        spec=pages.overlay_spec,
        inputs=plan.as_options,
        code=plan.digest("overlays.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=plan.minutes(60),
    shell:
        "python -m scripts.overlays {params.inputs} --fold {wildcards.fold} --spec {params.spec:q}"
        " --out {output.sheet:q} --hero {output.hero:q} 2> {log:q}"


rule paper:
    """The run beside the tables that a paper prints; planned where report.printed names them."""
    input:
        scores=scores.all_scores(),
        printed=pages.printed(),
    output:
        table=ensure(path.paper, non_empty=True),
        page=ensure(path.paper_page, non_empty=True),
    log:
        path.log("paper"),
    benchmark:
        path.benchmark("paper")
    params:
        code=plan.digest("paper.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.paper --scores {input.scores:q} --printed {input.printed:q} --out {output.table:q}"
        " --out-page {output.page:q} 2> {log:q}"


rule report:
    """One page about the whole run, which needs nothing beside it."""
    input:
        **pages.page_inputs(),
    output:
        page=report(
            ensure(path.report, non_empty=True),
            category="page",
            caption="../report/page.rst",
            labels={"page": "report"},
        ),
    log:
        path.log("report"),
    benchmark:
        path.benchmark("report")
    params:
        spec=pages.page.to_json(),
        inputs=plan.as_options,
        code=pages.page_code(),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=plan.minutes(10),
    shell:
        "python -m scripts.report {params.inputs} --spec {params.spec:q} --out {output.page:q} 2> {log:q}"
